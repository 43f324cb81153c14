{{- define "redefluss.name" -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "redefluss.labels" -}}
app.kubernetes.io/name: redefluss
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* What selects the pods of a component: never changes after an installation. Takes a list of root and component. */}}
{{- define "redefluss.selector" -}}
app.kubernetes.io/name: redefluss
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "redefluss.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Above the longest drain: 30 s for what follows when the brokers do not answer (groups 15, producer 10, pages 5),
and 15 s to spare. */}}
{{- define "redefluss.graceSeconds" -}}
{{- add .Values.drainSeconds 45 -}}
{{- end -}}

{{- define "redefluss.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{/* What all containers have in common. */}}
{{- define "redefluss.container" -}}
image: {{ include "redefluss.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{- define "redefluss.settings" -}}
- {name: REDEFLUSS_BROKER, value: {{ .Values.broker | quote }}}
- {name: REDEFLUSS_TOPIC_PREFIX, value: {{ .Values.topicPrefix | quote }}}
- {name: REDEFLUSS_DRAIN_SECONDS, value: {{ .Values.drainSeconds | int64 | quote }}}
- {name: REDEFLUSS_LOG_FORMAT, value: json}
{{- range $name, $key := .Values.secret.items }}
- {name: {{ $name }}, value: {{ printf "/run/secrets/redefluss/%s" $key | quote }}}
{{- end }}
{{- range $name, $value := .Values.extraSettings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{- define "redefluss.mounts" -}}
- {name: tmp, mountPath: /tmp}
- {name: secrets, mountPath: /run/secrets/redefluss, readOnly: true}
{{- end -}}

{{- define "redefluss.volumes" -}}
- {name: tmp, emptyDir: {}}
- name: secrets
  secret:
    secretName: {{ .Values.secret.name }}
    defaultMode: 0440
{{- end -}}

{{- define "redefluss.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .storageClass }}
storageClassName: {{ . }}
{{- end }}
resources: {requests: {storage: {{ .size }}}}
{{- end -}}
