/** One valid text with nearly every field that the engine reads: what robustness tests break, field by field. For tests only. */
export const everyField = `apiVersion: v1
kind: Node
metadata: {name: n1, labels: {node-role.kubernetes.io/control-plane: "", topology.kubernetes.io/zone: a}, annotations: {projectcalico.org/IPv4Address: 10.1.0.2/24}}
spec: {podCIDR: 10.244.0.0/24, taints: [{key: a, value: b, effect: NoSchedule}], unschedulable: false}
status: {addresses: [{type: InternalIP, address: 10.1.0.2},{type: ExternalIP, address: 192.0.2.7}], conditions: [{type: Ready, status: "True"}], allocatable: {cpu: "4", memory: 8Gi, pods: "110"}}
---
apiVersion: v1
kind: Node
metadata: {name: n2}
status: {addresses: [{type: InternalIP, address: 10.1.0.3}]}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.0
networking: {podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16, dnsDomain: cluster.local}
apiServer: {extraArgs: [{name: service-node-port-range, value: 30000-32767}]}
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: 10.244.0.0/16
nodePortAddresses: [10.1.0.0/24]
iptables: {masqueradeAll: false, masqueradeBit: 14, localhostNodePorts: true}
detectLocalMode: ClusterCIDR
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: default-ipv4-ippool}
spec: {cidr: 10.244.0.0/16, blockSize: 26, vxlanMode: CrossSubnet, ipipMode: Never, natOutgoing: true, nodeSelector: "all()", disabled: false, allowedUses: [Workload, Tunnel]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {a: b}, annotations: {cni.projectcalico.org/ipv4pools: '["default-ipv4-ippool"]'}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [web]}]}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}
  template:
    metadata: {labels: {app: web}, annotations: {cni.projectcalico.org/ipAddrs: '["10.244.5.5"]'}}
    spec:
      nodeSelector: {a: b}
      tolerations: [{key: a, operator: Exists, effect: NoSchedule}]
      affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}]}}, podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchLabels: {app: web}}, topologyKey: kubernetes.io/hostname}]}}
      topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}]
      hostAliases: [{ip: 1.2.3.4, hostnames: [a]}]
      dnsPolicy: ClusterFirst
      dnsConfig: {nameservers: [1.1.1.1], searches: [a.b], options: [{name: ndots, value: "2"}]}
      initContainers: [{name: i, image: i, restartPolicy: Always, ports: [{containerPort: 9, name: nine}]}]
      containers: [{name: c, image: nginx, ports: [{containerPort: 8080, name: http, protocol: TCP, hostPort: 8088, hostIP: 0.0.0.0},{containerPort: 5353, name: dns, protocol: UDP}], resources: {requests: {cpu: 100m, memory: 1Gi}, limits: {cpu: "1"}}, readinessProbe: {httpGet: {path: /, port: http}}}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {replicas: 2, serviceName: hl, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 5432}]}]}}, volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: ds}
spec: {selector: {matchLabels: {app: ds}}, template: {metadata: {labels: {app: ds}}, spec: {hostNetwork: true, containers: [{name: c, image: i, ports: [{containerPort: 9100, hostPort: 9100}]}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: default, labels: {app: client}, ownerReferences: [{apiVersion: v1, kind: Node, name: n1, uid: x, controller: true}], deletionTimestamp: null}
spec: {nodeName: n1, hostname: h, subdomain: hl, containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
status: {phase: Running, podIP: 10.244.7.7, podIPs: [{ip: 10.244.7.7}], hostIP: 10.1.0.2, conditions: [{type: Ready, status: "True"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default, labels: {a: b}}
spec: {type: LoadBalancer, clusterIP: 10.96.5.5, clusterIPs: [10.96.5.5], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, selector: {app: web}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 10}}, externalTrafficPolicy: Local, internalTrafficPolicy: Cluster, healthCheckNodePort: 31000, externalIPs: [192.0.2.50], loadBalancerSourceRanges: [203.0.113.0/24], publishNotReadyAddresses: false, ports: [{name: http, port: 80, targetPort: http, nodePort: 30080, protocol: TCP},{name: dns, port: 53, targetPort: dns, nodePort: 30053, protocol: UDP}]}
status: {loadBalancer: {ingress: [{ip: 198.51.100.50, ipMode: VIP}]}}
---
apiVersion: v1
kind: Service
metadata: {name: hl}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80, targetPort: 5432}]}
---
apiVersion: v1
kind: Service
metadata: {name: manual}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: ext}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: manual-1, labels: {kubernetes.io/service-name: manual}}
addressType: IPv4
ports: [{name: "", port: 8080, protocol: TCP}]
endpoints: [{addresses: [10.1.0.99], conditions: {ready: true, serving: true, terminating: false}, nodeName: n1, hostname: q, zone: a, hints: {forZones: [{name: a}]}, targetRef: {kind: Pod, name: client, namespace: default}}]
---
apiVersion: v1
kind: Endpoints
metadata: {name: manual}
subsets: [{addresses: [{ip: 10.1.0.98, nodeName: n1}], ports: [{port: 8080}]}]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
spec: {controller: k8s.io/ingress-nginx, parameters: {apiGroup: a, kind: b, name: c}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, annotations: {nginx.ingress.kubernetes.io/service-upstream: "false"}}
spec: {ingressClassName: nginx, defaultBackend: {service: {name: web, port: {number: 80}}}, tls: [{hosts: [x.com], secretName: s}], rules: [{host: shop.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}},{path: /r, pathType: Exact, backend: {resource: {kind: a, name: b}}}]}}]}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec: {title: t, requests: [{name: a, from: external, to: "http://shop.com/"}]}
---
apiVersion: v1
kind: List
items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: cm}, data: {a: b}},{apiVersion: batch/v1, kind: CronJob, metadata: {name: cj}, spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}}}]
`;
