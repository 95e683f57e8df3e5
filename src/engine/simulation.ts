/**
 * The façade: simulate(files, ledger) runs every stage from text to network; request(simulation, probe) walks one request.
 * Everything it returns is immutable; the same input gives the same output, always.
 */

import type { ScenarioDocument } from './api/clusterDocuments.ts';
import type { Diagnostic } from './api/diagnostic.ts';
import type { ClusterState } from './clusterState.ts';
import type { Ledger } from './ledger.ts';
import type { ManifestDocument, SourceFile } from './manifest/document.ts';
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
