{{- define "lantern.shade" -}}of the lantern{{- end -}}
