{{- define "rope.name" -}}{{ .Release.Name }}-rope{{- end -}}
