/** A diagnostic about one object, with the place of the field that it speaks of. */
import type { Message } from '../net/message.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Resource } from './resource.ts';

export function diagnosticOf(
  severity: Diagnostic['severity'],
  message: Message,
  resource: Pick<Resource, 'reference' | 'range' | 'rangeOf'>,
  field?: string,
): Diagnostic {
  const range = field === undefined ? resource.range : (resource.rangeOf(field) ?? resource.range);
  return {
    severity,
    message,
    object: resource.reference,
    ...(field === undefined ? {} : { field }),
    ...(range === undefined ? {} : { range }),
  };
}
