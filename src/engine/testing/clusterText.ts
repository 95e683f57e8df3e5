/** Clusters written as YAML, read by the real reader and brought to rest, for tests. */
import type { AnyResource } from '../api/resource.ts';
import { type Convergence, convergeCluster } from '../converge.ts';
import { emptyLedger, type Ledger } from '../ledger.ts';
import { createManifestReader } from '../manifest/reader.ts';

/** Throws when the text itself has errors: such a test would test something else. */
export function readText(text: string): readonly AnyResource[] {
  const { resources, diagnostics } = createManifestReader().read([{ name: 'cluster.yaml', text }]);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors.map(({ message }) => message)));
  return resources;
}

export const convergeText = (text: string, ledger: Ledger = emptyLedger): Convergence => convergeCluster(readText(text), ledger);
