//! A chart that sends its values through everything that charts use.

use super::specimen::Specimen;

/// The chart.
pub(super) fn ledger() -> Specimen {
    Specimen::new(
        "ledger",
        &[
            ("Chart.yaml", "apiVersion: v2\nname: ledger\nversion: 0.3.1\nappVersion: \"2.7\"\n"),
            ("values.yaml", VALUES),
            ("templates/_names.tpl", NAMES),
            ("templates/texts.yaml", TEXTS),
            ("templates/trees.yaml", TREES),
            ("templates/choices.yaml", CHOICES),
            ("templates/numbers.yaml", NUMBERS),
            ("charts/clerk/Chart.yaml", "apiVersion: v2\nname: clerk\nversion: 1.0.0\n"),
            ("charts/clerk/values.yaml", "desk: oak\npens: 3\nink: {colour: blue}\n"),
            ("charts/clerk/templates/clerk.yaml", CLERK),
        ],
    )
}

const VALUES: &str = "\
name: purser
motto: 'we count'
port: 8080
ratio: 0.5
lit: true
dark: false
blank: \"\"
words: [alpha, beta, gamma]
people:
  - name: ann
    age: 31
  - name: bob
    age: 47
image:
  repository: registry.sea/ledger
  tag: \"1.2\"
labels:
  team: books
  tier: back
resources:
  limits:
    cpu: 200m
    memory: 1Gi
defaults:
  cpu: 100m
  disk: 5Gi
script: |
  count {{ .Values.name }}
  stop
password: hunter-of-pearls
plain: '{{ .Values.motto }} twice'
clerk:
  desk: pine
global:
  region: north
deep:
  er:
    est: pearl
csv: one,two,three
doc: 'a: {b: kept}'
";

const NAMES: &str = "\
{{- define \"ledger.name\" -}}
{{ .Release.Name }}-{{ .Values.name }}
{{- end }}
{{- define \"ledger.labels\" -}}
app: {{ include \"ledger.name\" . | quote }}
{{ toYaml .Values.labels }}
{{- end }}
{{- define \"ledger.isOn\" -}}
{{- if .Values.lit }}true{{ end -}}
{{- end }}
{{- define \"ledger.person\" -}}
{{ .who.name }} of {{ .root.Values.name }}
{{- end }}
";

const TEXTS: &str = "\
kind: Texts
plain: {{ .Values.name }}
quoted: {{ .Values.name | quote }}
single: {{ .Values.motto | squote }}
printf: {{ printf \"%s-%s\" .Values.name .Values.image.tag }}
padded: {{ printf \"%-12s|\" .Values.name | quote }}
image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"
upper: {{ .Values.name | upper }}
title: {{ .Values.motto | title }}
trunc: {{ .Values.name | trunc 3 }}
suffix: {{ .Values.name | trimSuffix \"r\" }}
replaced: {{ .Values.motto | replace \" \" \"-\" }}
joined: {{ join \"+\" .Values.words }}
split: {{ (split \",\" .Values.csv)._1 }}
list: {{ splitList \",\" .Values.csv | last }}
b64: {{ .Values.password | b64enc }}
twice: {{ .Values.password | b64enc | b64dec }}
sum: {{ .Values.password | sha256sum }}
checksum: {{ toYaml .Values.resources | sha256sum }}
include: {{ include \"ledger.name\" . }}
tpl: {{ tpl .Values.plain . | quote }}
script: |
  {{- tpl .Values.script . | nindent 2 }}
cat: {{ cat .Values.name .Values.motto }}
regex: {{ regexReplaceAll \"[aeiou]\" .Values.motto \"_\" }}
substr: {{ substr 0 2 .Values.name }}
repeat: {{ repeat 2 .Values.name }}
kebab: {{ \"LedgerBook\" | kebabcase }}
nospace: {{ nospace .Values.motto }}
json: {{ .Values.labels | toJson | quote }}
inner: {{ .Values.deep.er.est | default \"none\" }}
labels:
  {{- include \"ledger.labels\" . | nindent 2 }}
";

const TREES: &str = "\
kind: Trees
resources:
  {{- toYaml .Values.resources | nindent 2 }}
merged:
  {{- merge (dict \"cpu\" \"2\") .Values.defaults | toYaml | nindent 2 }}
over:
  {{- mergeOverwrite (deepCopy .Values.defaults) .Values.resources.limits | toYaml | nindent 2 }}
dict:
  {{- dict \"who\" .Values.name \"is\" \"here\" | toYaml | nindent 2 }}
set:
  {{- $copy := deepCopy .Values.defaults }}
  {{- $_ := set $copy \"cpu\" .Values.ratio }}
  {{- toYaml $copy | nindent 2 }}
read:
  {{- fromYaml .Values.doc | toYaml | nindent 2 }}
again:
  {{- include \"ledger.labels\" . | fromYaml | toYaml | nindent 2 }}
picked:
  {{- pick .Values.defaults \"cpu\" | toYaml | nindent 2 }}
omitted:
  {{- omit .Values.defaults \"cpu\" | toYaml | nindent 2 }}
words:
  {{- range .Values.words }}
  - {{ . }}
  {{- end }}
numbered:
  {{- range $at, $word := .Values.words }}
  {{ $word }}: {{ $at }}
  {{- end }}
people:
  {{- range .Values.people }}
  - name: {{ .name | quote }}
    age: {{ .age }}
    who: {{ include \"ledger.person\" (dict \"who\" . \"root\" $) }}
  {{- end }}
pairs:
  {{- range $key, $value := .Values.labels }}
  - {{ $key }}={{ $value }}
  {{- end }}
with:
  {{- with .Values.deep }}
  est: {{ .er.est }}
  {{- end }}
sorted:
  {{- sortAlpha .Values.words | toYaml | nindent 2 }}
first: {{ first .Values.words }}
index: {{ index .Values.words 1 }}
got: {{ get .Values.labels \"team\" }}
dug: {{ dig \"er\" \"est\" \"none\" .Values.deep }}
appended:
  {{- append .Values.words \"delta\" | toYaml | nindent 2 }}
reversed:
  {{- reverse .Values.words | toYaml | nindent 2 }}
keys: {{ keys .Values.labels | sortAlpha | join \",\" }}
values: {{ values .Values.labels | sortAlpha | join \",\" }}
json:
  {{- .Values.labels | toJson | fromJson | toYaml | nindent 2 }}
flow: {{ .Values.labels | toJson }}
";

const CHOICES: &str = "\
kind: Choices
default: {{ .Values.blank | default .Values.name }}
filled: {{ .Values.name | default \"nobody\" }}
ternary: {{ ternary \"yes\" \"no\" .Values.lit }}
coalesce: {{ coalesce .Values.blank .Values.motto }}
required: {{ required \"a name\" .Values.name }}
and: {{ and .Values.lit .Values.name }}
or: {{ or .Values.blank .Values.name }}
not: {{ not .Values.dark }}
eq: {{ eq .Values.name \"purser\" }}
{{- if .Values.lit }}
if: reached
{{- else }}
if: missed
{{- end }}
{{- if and .Values.lit (not .Values.dark) }}
both: reached
{{- end }}
{{- if eq .Values.image.tag \"1.2\" }}
equal: reached
{{- else if .Values.dark }}
equal: dark
{{- end }}
{{- if include \"ledger.isOn\" . }}
included: reached
{{- end }}
{{- if hasKey .Values \"name\" }}
key: reached
{{- end }}
{{- if gt (int .Values.port) 80 }}
large: reached
{{- end }}
{{- $chosen := \"none\" }}
{{- if .Values.lit }}
{{- $chosen = \"some\" }}
{{- end }}
assigned: {{ $chosen }}
{{- $made := dict }}
{{- if .Values.lit }}
{{- $_ := set $made \"a\" \"b\" }}
{{- end }}
made: {{ $made.a | default \"c\" }}
{{- range $word := .Values.words }}
{{- if eq $word \"beta\" }}
found: {{ $word }}
{{- end }}
{{- end }}
has: {{ has \"beta\" .Values.words }}
contains: {{ contains \"count\" .Values.motto }}
";

const NUMBERS: &str = "\
kind: Numbers
port: {{ .Values.port }}
int: {{ int .Values.port }}
text: {{ .Values.port | toString | quote }}
sum: {{ add .Values.port 1 }}
product: {{ mul .Values.port 2 }}
ratio: {{ .Values.ratio }}
quoted: {{ .Values.port | quote }}
max: {{ max .Values.port 90 }}
len: {{ len .Values.words }}
bool: {{ .Values.lit }}
version: {{ .Chart.Version }}
app: {{ .Chart.AppVersion | quote }}
until: {{ until 3 | join \"-\" }}
floor: {{ floor .Values.ratio }}
semver: {{ (semver .Chart.Version).Minor }}
";

const CLERK: &str = "\
kind: Clerk
desk: {{ .Values.desk }}
pens: {{ .Values.pens }}
ink: {{ .Values.ink.colour }}
region: {{ .Values.global.region }}
";
