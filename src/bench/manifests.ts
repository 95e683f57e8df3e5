/** Manifests of any number for the benchmarks: Deployments, Services and ConfigMaps as people write them, with comments. Always the same text. */

const labels = (name: string, indent: string): string =>
  `${indent}app.kubernetes.io/name: ${name}\n${indent}app.kubernetes.io/part-of: shop\n`;

const deployment = (name: string, index: number): string => `# ${name} serves part ${index} of the shop
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
${labels(name, '    ')}spec:
  replicas: ${1 + (index % 3)}
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
${labels(name, '        ')}    spec:
      containers:
        - name: server
          image: registry.example.com/shop/${name}:1.${index}.0
          ports:
            - name: http
              containerPort: ${8000 + (index % 100)}
          env:
            - name: LISTEN
              value: "0.0.0.0:${8000 + (index % 100)}"  # inside the Pod
            - name: LOG_LEVEL
              value: info
          readinessProbe:
            httpGet: {path: /ready, port: http}
            periodSeconds: 5
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
            limits:
              cpu: 200m
              memory: 128Mi
`;

const service = (name: string, index: number): string => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels:
${labels(name, '    ')}spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: ${8000 + (index % 100)}
`;

const configMap = (name: string, index: number): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  features: "a,b,c"
  part: "${index}"
  server.conf: |
    listen 0.0.0.0:${8000 + (index % 100)}
    timeout 30s
    # one line a backend
    backend shop-${index}
`;

const kinds = [deployment, service, configMap];

/** The `index`-th document, without its "---". */
export function manifestDocument(index: number): string {
  const kind = kinds[index % kinds.length] ?? deployment;
  return kind(`part-${String(Math.floor(index / kinds.length)).padStart(4, '0')}`, index);
}

/** One text in one piece: a string glued together is put in one piece by whoever reads it first, which would then pay for it. */
export const flat = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

export const joinDocuments = (documents: readonly string[]): string => flat(documents.join('---\n'));

export const manifestDocuments = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => manifestDocument(index));
