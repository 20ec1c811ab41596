{{- define "n" -}}{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}{{- end -}}
{{- define "f" -}}{{- if .Values.fullnameOverride -}}{{- .Values.fullnameOverride -}}{{- else -}}{{- $name := include "n" . -}}{{- if contains $name .Release.Name -}}{{- .Release.Name -}}{{- else -}}{{- printf "%s-%s" .Release.Name $name -}}{{- end -}}{{- end -}}{{- end -}}
