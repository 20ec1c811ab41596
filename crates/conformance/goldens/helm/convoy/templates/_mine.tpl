{{- define "lantern.shade" -}}of the parent{{- end -}}
