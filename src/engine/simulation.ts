/**
 * The façade: an engine reads files and runs every stage from text to network. Everything it returns is immutable; the same input gives
 * the same output, always. How a request walks is exchange/runRequest.ts.
 */
import type { ScenarioDocument } from './api/clusterDocuments.ts';
import type { Diagnostic } from './api/diagnostic.ts';
import type { AnyResource } from './api/resource.ts';
import { indexCluster } from './clusterIndex.ts';
import type { ClusterState } from './clusterState.ts';
import { compactLedger, convergeCluster } from './converge.ts';
import { buildCluster } from './dataplane/buildCluster.ts';
import { ingressDiagnostics } from './exchange/ingressDiagnostics.ts';
import { serviceDiagnostics } from './explain/inputDiagnostics.ts';
import { emptyLedger, type Ledger } from './ledger.ts';
import type { ManifestDocument, SourceFile } from './manifest/document.ts';
import { createManifestReader } from './manifest/reader.ts';
import type { Cluster } from './topology/networkNamespace.ts';

export type { SourceFile } from './manifest/document.ts';

export interface Simulation {
  readonly files: readonly SourceFile[];
  readonly documents: readonly ManifestDocument[];
  readonly state: ClusterState;
  readonly cluster: Cluster;
  readonly scenarios: readonly ScenarioDocument[];
  /** The assignments made in this run; hand it to the next one. */
  readonly ledger: Ledger;
  readonly diagnostics: readonly Diagnostic[];
}

/** A stage that is done; between two of them a run may be abandoned. */
export type Stage = 'read' | 'converged' | 'built';

export interface Engine {
  simulate(files: readonly SourceFile[], ledger?: Ledger): Simulation;
  /** The same, stopping after every stage; the last value is the Simulation. */
  simulateInSteps(files: readonly SourceFile[], ledger?: Ledger): Generator<Stage, Simulation, undefined>;
  /** The least ledger that leads to the same cluster: what a link carries. Costs several convergences. */
  compactLedger(simulation: Simulation): Ledger;
}

/** An engine remembers documents by their text, so that an edit of one reads only that one again. */
export function createEngine(): Engine {
  const reader = createManifestReader();

  function* simulateInSteps(files: readonly SourceFile[], ledger: Ledger = emptyLedger): Generator<Stage, Simulation, undefined> {
    const manifest = reader.read(files);
    yield 'read';
    const converged = convergeCluster(manifest.resources, ledger);
    yield 'converged';
    const cluster = buildCluster(converged.state);
    yield 'built';
    const index = indexCluster(converged.state);
    return {
      files,
      documents: manifest.documents,
      state: converged.state,
      cluster,
      scenarios: manifest.resources.flatMap((resource: AnyResource) => (resource.kind === 'Scenario' ? [resource.object] : [])),
      ledger: converged.ledger,
      diagnostics: [...manifest.diagnostics, ...converged.diagnostics, ...serviceDiagnostics(index), ...ingressDiagnostics(index)],
    };
  }

  return {
    simulateInSteps,
    compactLedger: (simulation) => compactLedger(reader.read(simulation.files).resources, simulation.ledger),
    simulate(files, ledger) {
      const steps = simulateInSteps(files, ledger);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      return step.value;
    },
  };
}

/** One run without a memory. */
export const simulate = (files: readonly SourceFile[], ledger: Ledger = emptyLedger): Simulation => createEngine().simulate(files, ledger);
