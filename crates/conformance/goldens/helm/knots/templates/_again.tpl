{{- define "knots.twice" -}}second{{- end -}}
