{{- define "l" -}}
a: b
c: d
{{- end }}
{{ define "e" }}{{ end }}