/**
 * The ingress controller: finds ingress-nginx in the text, or adds what its cloud manifest installs (Service LoadBalancer with
 * externalTrafficPolicy Local). Its RBAC, admission Jobs and webhook have no effect here and are left out. Other controllers are not modelled.
 */
import type { AnyResource, KindTypes, Resource } from '../api/resource.ts';
import { makeResource, resourcesOfKind } from '../api/resourceList.ts';
import { addedNamespace } from './systemObjects.ts';

export const nginxControllerName = 'k8s.io/ingress-nginx';
const namespace = 'ingress-nginx';
const name = 'ingress-nginx-controller';
const version = '1.15.1';
const selectorLabels = {
  'app.kubernetes.io/component': 'controller',
  'app.kubernetes.io/instance': 'ingress-nginx',
  'app.kubernetes.io/name': 'ingress-nginx',
} as const;
const labels = { ...selectorLabels, 'app.kubernetes.io/part-of': 'ingress-nginx', 'app.kubernetes.io/version': version } as const;

const controllerImage = /(^|\/)(ingress-nginx\/controller(-chroot)?|nginx-ingress-controller)([:@]|$)/;

type PodTemplate = Pick<KindTypes['Pod'], 'metadata' | 'spec'>;

function podTemplate(resource: AnyResource): PodTemplate | undefined {
  switch (resource.kind) {
    case 'Deployment':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'StatefulSet':
      return resource.object.spec?.template;
    case 'Pod':
      return resource.object;
    default:
      return undefined;
  }
}

/** Whether the object runs ingress-nginx's controller: by its image, or by the labels its manifests give it. */
export function runsIngressNginx(resource: AnyResource): boolean {
  const template = podTemplate(resource);
  if (template?.spec?.containers?.some((container) => controllerImage.test(container.image ?? ''))) return true;
  const podLabels = template?.metadata?.labels ?? {};
  return podLabels['app.kubernetes.io/name'] === 'ingress-nginx' && podLabels['app.kubernetes.io/component'] === 'controller';
}

/** The added controller, its Services and its class (unless the text has a class of that name or Namespace of that name). */
export function addedIngressNginx(declared: readonly Resource[]): readonly AnyResource[] {
  const hasClass = resourcesOfKind(declared, 'IngressClass').some((ingressClass) => ingressClass.reference.name === 'nginx');
  const hasNamespace = resourcesOfKind(declared, 'Namespace').some((candidate) => candidate.reference.name === namespace);
  return [
    ...(hasNamespace ? [] : [addedNamespace(namespace)]),
    ...(hasClass ? [] : [nginxClass()]),
    deployment(),
    service(),
    admissionService(),
  ];
}

const nginxClass = (): Resource<'IngressClass'> =>
  makeResource(
    'IngressClass',
    { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', name: 'nginx' },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'nginx', labels },
      spec: { controller: nginxControllerName },
    },
    'added',
  );

const service = (): Resource<'Service'> =>
  makeResource(
    'Service',
    { apiVersion: 'v1', kind: 'Service', namespace, name },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace, labels },
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        selector: selectorLabels,
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', appProtocol: 'http' },
          { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https', appProtocol: 'https' },
        ],
      },
    },
    'added',
  );

const admissionService = (): Resource<'Service'> =>
  makeResource(
    'Service',
    { apiVersion: 'v1', kind: 'Service', namespace, name: `${name}-admission` },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${name}-admission`, namespace, labels },
      spec: {
        type: 'ClusterIP',
        selector: selectorLabels,
        ports: [{ name: 'https-webhook', port: 443, protocol: 'TCP', targetPort: 'webhook', appProtocol: 'https' }],
      },
    },
    'added',
  );

const controllerArguments = [
  '/nginx-ingress-controller',
  `--publish-service=$(POD_NAMESPACE)/${name}`,
  `--controller-class=${nginxControllerName}`,
  '--ingress-class=nginx',
  '--validating-webhook=:8443',
];

const deployment = (): Resource<'Deployment'> =>
  makeResource(
    'Deployment',
    { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: selectorLabels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'ingress-nginx',
            dnsPolicy: 'ClusterFirst',
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            terminationGracePeriodSeconds: 300,
            containers: [
              {
                name: 'controller',
                image: `registry.k8s.io/ingress-nginx/controller:v${version}`,
                args: controllerArguments,
                ports: [
                  { name: 'http', containerPort: 80, protocol: 'TCP' },
                  { name: 'https', containerPort: 443, protocol: 'TCP' },
                  { name: 'webhook', containerPort: 8443, protocol: 'TCP' },
                ],
                resources: { requests: { cpu: '100m', memory: '90Mi' } },
              },
            ],
          },
        },
      },
    },
    'added',
  );
