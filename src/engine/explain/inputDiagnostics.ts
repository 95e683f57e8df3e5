/** What is doubtful about the objects before any request is sent: Services that select nothing. */
import type { Diagnostic } from '../api/diagnostic.ts';
import type { ClusterIndex } from '../clusterIndex.ts';
import { explainNoEndpoints } from './serviceTrouble.ts';

/** One warning per declared Service whose selector matches no Pod. */
export function serviceDiagnostics(index: ClusterIndex): readonly Diagnostic[] {
  return index.state.services.flatMap((service): readonly Diagnostic[] => {
    if (service.type === 'ExternalName' || service.resource.provenance !== 'declared') return [];
    const trouble = explainNoEndpoints(index, service, null);
    if (trouble === null || !trouble.message.code.startsWith('exchange.reason.selectorMatchesNothing')) return [];
    const { object, field, range } = trouble.origin;
    return [
      {
        severity: 'warning',
        message: trouble.message,
        object,
        ...(field === undefined ? {} : { field }),
        ...(range === undefined ? {} : { range }),
      },
    ];
  });
}
