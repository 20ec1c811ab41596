{{ define "outer" }}{{ include "inner" . }}{{ end }}
{{ define "inner" }}{{ .Values.a.b.c }}{{ end }}
