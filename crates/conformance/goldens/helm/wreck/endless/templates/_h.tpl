{{ define "round" }}{{ include "round" . }}{{ end }}
