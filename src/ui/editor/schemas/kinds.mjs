/** The Kubernetes kinds of the editor's schema: those that act in packetwalk, and those that are often pasted with them. */
const list = (apiVersion, ...kinds) => kinds.map((kind) => ({ apiVersion, kind }));

export const actingKinds = [
  ...list('v1', 'Endpoints', 'Namespace', 'Node', 'Pod', 'Service'),
  ...list('apps/v1', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'),
  ...list('discovery.k8s.io/v1', 'EndpointSlice'),
  ...list('networking.k8s.io/v1', 'Ingress', 'IngressClass'),
];

export const editorKinds = [
  ...actingKinds,
  ...list('v1', 'ConfigMap', 'PersistentVolumeClaim', 'Secret', 'ServiceAccount'),
  ...list('batch/v1', 'CronJob', 'Job'),
  ...list('networking.k8s.io/v1', 'NetworkPolicy'),
  ...list('rbac.authorization.k8s.io/v1', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'),
  ...list('autoscaling/v2', 'HorizontalPodAutoscaler'),
  ...list('policy/v1', 'PodDisruptionBudget'),
];
