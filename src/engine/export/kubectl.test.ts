/** `kubectl get` in its own text. */
import { describe, expect, it } from 'vitest';
import { convergeText } from '../testing/clusterText.ts';
import { type GetOptions, getObjects, getTable } from './kubectl.ts';

const { state } = convergeText(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "nginx:1.27", ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: postgres, resources: {requests: {cpu: "64"}}}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: kube-system}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {nodeSelector: {kubernetes.io/os: linux}, containers: [{name: agent, image: agent}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, clusterIP: 10.96.0.80, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}, {name: admin, port: 81, targetPort: 9000, nodePort: 30081}]}
---
{apiVersion: v1, kind: Service, metadata: {name: db}, spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: outside}, spec: {type: ExternalName, externalName: db.example.com}}
---
{apiVersion: v1, kind: Service, metadata: {name: waiting}, spec: {type: LoadBalancer, loadBalancerClass: example.com/lb, allocateLoadBalancerNodePorts: false, clusterIP: 10.96.0.81, selector: {app: web}, ports: [{port: 80}]}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  tls: [{hosts: [a.com], secretName: cert}]
  rules: [{host: a.com}, {host: b.com}, {host: c.com}, {host: d.com}]
`);

const get = (kind: string, options: GetOptions = {}): readonly string[] => getTable(state, kind, options).split('\n');
const [firstPod = '', secondPod = ''] = state.pods
  .filter((pod) => pod.labels.app === 'web')
  .map(({ name }) => name)
  .sort();
const podOf = (name: string) => state.pods.find((pod) => pod.name === name);

describe('kubectl get', () => {
  it('prints Pods', () => {
    expect(get('po')).toEqual([
      `${'NAME'.padEnd(firstPod.length + 3)}READY   STATUS    RESTARTS   AGE`,
      `${'db-0'.padEnd(firstPod.length + 3)}0/1     Pending   0          <unknown>`,
      `${firstPod}   1/1     Running   0          <unknown>`,
      `${secondPod}   1/1     Running   0          <unknown>`,
    ]);
    expect(get('pods', { wide: true })[2]).toBe(
      `${firstPod}   1/1     Running   0          <unknown>   ${podOf(firstPod)?.addresses[0]}   ${podOf(firstPod)?.node?.padEnd(12)}   <none>           <none>`,
    );
    expect(get('pods', { wide: true })[1]).toMatch(/<none> +<none> +<none> +<none>$/);
  });

  it('prints Services', () => {
    expect(get('svc', { wide: true })).toEqual([
      'NAME         TYPE           CLUSTER-IP   EXTERNAL-IP      PORT(S)                     AGE         SELECTOR',
      'db           ClusterIP      None         <none>           5432/TCP                    <unknown>   app=db',
      'kubernetes   ClusterIP      10.96.0.1    <none>           443/TCP                     <unknown>   <none>',
      'outside      ExternalName   <none>       db.example.com   <none>                      <unknown>   <none>',
      'waiting      LoadBalancer   10.96.0.81   <pending>        80/TCP                      <unknown>   app=web',
      'web          NodePort       10.96.0.80   <none>           80:30080/TCP,81:30081/TCP   <unknown>   app=web',
    ]);
  });

  it('prints Nodes', () => {
    expect(get('no', { wide: true }).slice(0, 2)).toEqual([
      'NAME                 STATUS   ROLES           AGE         VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE    KERNEL-VERSION   CONTAINER-RUNTIME',
      'kind-control-plane   Ready    control-plane   <unknown>   v1.36.2   172.18.0.4    <none>        <unknown>   <unknown>        <unknown>',
    ]);
  });

  it('prints workloads', () => {
    expect(get('deploy', { wide: true })).toEqual([
      'NAME   READY   UP-TO-DATE   AVAILABLE   AGE         CONTAINERS   IMAGES       SELECTOR',
      'web    2/2     2            2           <unknown>   app          nginx:1.27   app=web',
    ]);
    expect(get('sts')).toEqual(['NAME   READY   AGE', 'db     0/1     <unknown>']);
    expect(get('ds', { namespace: 'kube-system' })).toEqual([
      'NAME    DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR            AGE',
      'agent   2         2         2       2            2           kubernetes.io/os=linux   <unknown>',
    ]);
    expect(get('rs')[1]).toMatch(/^web-[456789bcdf]+ {3}2 {9}2 {9}2 {7}<unknown>$/);
  });

  it('prints endpoints, cut after three', () => {
    const [left = '', right = ''] = state.pods.filter((pod) => pod.labels.app === 'web').map(({ addresses }) => addresses[0] ?? '');
    expect(get('ep').find((line) => line.startsWith('web'))).toBe(
      `web          ${left}:8080,${right}:8080,${left}:9000 + 1 more...   <unknown>`,
    );
    expect(get('ep').find((line) => line.startsWith('db'))).toMatch(/^db +<none> +<unknown>$/);
    expect(get('endpointslices').find((line) => line.startsWith('web-'))).toMatch(
      new RegExp(`^web-.{5} +IPv4 +8080,9000 +${left},${right} +<unknown>$`),
    );
    expect(get('endpointslices').find((line) => line.startsWith('db-'))).toMatch(/^db-.{5} +IPv4 +<unset> +<unset> +<unknown>$/);
  });

  it('prints Ingresses, classes, Namespaces and pools', () => {
    expect(get('ing')).toEqual([
      'NAME   CLASS   HOSTS                           ADDRESS         PORTS     AGE',
      'shop   nginx   a.com,b.com,c.com + 1 more...   198.51.100.20   80, 443   <unknown>',
    ]);
    expect(get('ingressclasses')).toEqual([
      'NAME    CONTROLLER             PARAMETERS   AGE',
      'nginx   k8s.io/ingress-nginx   <none>       <unknown>',
    ]);
    expect(get('ns').map((line) => line.split(/ +/)[0])).toEqual([
      'NAME',
      'default',
      'ingress-nginx',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ]);
    expect(get('ippools')).toEqual(['NAME                  AGE', 'default-ipv4-ippool   <unknown>']);
  });

  it('puts the Namespace first for all of them', () => {
    expect(get('ds', { allNamespaces: true })[0]).toMatch(/^NAMESPACE {5}NAME /);
    expect(get('svc', { allNamespaces: true }).map((line) => line.split(/ +/)[0])).toContain('kube-system');
  });

  it('says what kubectl says where there is nothing', () => {
    expect(get('ing', { namespace: 'kube-system' })).toEqual(['No resources found in kube-system namespace.']);
    expect(get('rs', { namespace: 'empty' })).toEqual(['No resources found in empty namespace.']);
    expect(get('gizmos')).toEqual(['error: the server doesn\'t have a resource type "gizmos"']);
  });

  it.each([
    ['pod', 'pods'],
    ['Deployments.apps', 'deploy'],
    ['ingressclass', 'ingressclasses'],
  ])('knows %s as %s', (word, same) => {
    expect(getTable(state, word)).toBe(getTable(state, same));
  });

  it('hands out the objects behind the table, complete', () => {
    const [object] = getObjects(state, 'po', { namespace: 'kube-system' }) ?? [];
    expect(object?.object).toMatchObject({
      kind: 'Pod',
      metadata: { namespace: 'kube-system' },
      spec: { nodeName: expect.any(String) },
      status: { phase: 'Running', podIP: expect.any(String) },
    });
    expect(getObjects(state, 'gizmos')).toBeUndefined();
  });
});
