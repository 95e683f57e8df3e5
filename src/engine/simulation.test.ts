/** The façade: the same input gives the same output, stages can be abandoned, and a broken document leaves the others standing. */
import { describe, expect, test } from 'vitest';
import { createEngine, simulate } from './simulation.ts';

const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: i, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;
const files = [{ name: 'web.yaml', text }];

const placement = (simulation: ReturnType<typeof simulate>) =>
  simulation.state.pods.map((pod) => [pod.namespace, pod.name, pod.node, pod.addresses]);

describe('simulate', () => {
  test('is deterministic, with and without a memory', () => {
    const engine = createEngine();
    const first = engine.simulate(files);
    expect(placement(engine.simulate(files))).toEqual(placement(first));
    expect(placement(simulate(files))).toEqual(placement(first));
    expect(first.ledger).toEqual(simulate(files).ledger);
  });

  test('its ledger changes nothing when it comes back', () => {
    const first = simulate(files);
    expect(placement(simulate(files, first.ledger))).toEqual(placement(first));
  });

  test('stops between stages', () => {
    const steps = createEngine().simulateInSteps(files);
    expect([steps.next().value, steps.next().value, steps.next().value]).toEqual(['read', 'converged', 'built']);
    const last = steps.next();
    expect(last.done === true && placement(last.value)).toEqual(placement(simulate(files)));
  });

  test('a document that cannot be read leaves the others alive', () => {
    const simulation = simulate([{ name: 'web.yaml', text: `${text}---\nkind: [\n` }]);
    expect(simulation.state.pods.filter((pod) => pod.namespace === 'default')).toHaveLength(3);
    expect(simulation.diagnostics.some((diagnostic) => diagnostic.severity === 'error' && diagnostic.range?.line !== undefined)).toBe(true);
  });

  test('nothing at all is the default cluster', () => {
    const simulation = simulate([]);
    expect(simulation.diagnostics).toEqual([]);
    expect([...simulation.cluster.namespaces.keys()]).toEqual(
      expect.arrayContaining(['kind-worker', 'kind-worker2', 'kind-control-plane', 'client']),
    );
  });
});
