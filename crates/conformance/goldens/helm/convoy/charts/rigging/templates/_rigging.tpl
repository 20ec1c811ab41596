{{- define "rigging.name" -}}
{{ .Release.Name }}-{{ .Chart.Name }}-rigged
{{- end -}}
