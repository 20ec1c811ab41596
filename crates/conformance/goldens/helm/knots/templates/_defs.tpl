{{ define "knots.inner" }}inner {{ .Chart.Name }}{{ end }}
{{- define "knots.twice" -}}first{{- end -}}
{{- define "knots.args" -}}
{{- $root := index . 0 }}{{ $n := index . 1 -}}
{{ $root.Release.Name }}/{{ $n }}
{{- end -}}
{{- define "knots.dict" }}{{ .name }}={{ .value | default "none" }}{{ end -}}
