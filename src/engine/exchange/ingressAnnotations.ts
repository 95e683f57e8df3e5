/**
 * Annotations of ingress-nginx on an Ingress: the ones that are modelled, the ones that change nothing a packet's way shows, and all
 * others, of which packetwalk says that they are not modelled.
 */
import type { Diagnostic } from '../api/diagnostic.ts';
import type { Resource } from '../api/resource.ts';
import { message } from '../net/message.ts';

const prefix = 'nginx.ingress.kubernetes.io/';

const modelled: ReadonlySet<string> = new Set(['service-upstream', 'ssl-redirect']);

/** Limits, buffers, logs and headers: neither the choice of the backend nor the answer's status depends on them here. */
const withoutEffectHere: readonly RegExp[] = [
  /^proxy-(body-size|buffer-size|buffering|buffers-number|busy-buffers-size|max-temp-file-size|http-version)$/,
  /^proxy-(connect|send|read)-timeout$/,
  /^proxy-cookie-(domain|path)$/,
  /^proxy-request-buffering$/,
  /^client-(body-buffer-size|header-buffer-size)$/,
  /^(enable-access-log|enable-rewrite-log|enable-opentelemetry|opentelemetry-.*|opentracing-.*)$/,
  /^(cors-.*|enable-cors|x-forwarded-prefix|connection-proxy-header|custom-headers|hsts.*)$/,
  /^(ssl-ciphers|ssl-prefer-server-ciphers)$/,
  /^load-balance$/,
];

export const usesServiceUpstream = (ingress: Resource<'Ingress'>): boolean =>
  ingress.object.metadata?.annotations?.[`${prefix}service-upstream`] === 'true';

/** A canary Ingress adds to another one's rules; as canaries are not modelled it serves nothing by itself. */
export const isCanary = (ingress: Resource<'Ingress'>): boolean => ingress.object.metadata?.annotations?.[`${prefix}canary`] === 'true';

/** One warning per annotation that would change the outcome and is not modelled. */
export function annotationDiagnostics(ingress: Resource<'Ingress'>): readonly Diagnostic[] {
  return Object.keys(ingress.object.metadata?.annotations ?? {})
    .filter((key) => key.startsWith(prefix) && isUnmodelled(key.slice(prefix.length)))
    .sort()
    .map((key) => {
      const field = `/metadata/annotations/${key.replaceAll('/', '~1')}`;
      const range = ingress.rangeOf(field);
      return {
        severity: 'warning',
        message: message('exchange.ingress.annotationNotModelled', { annotation: key, ingress: ingress.reference.name }),
        object: ingress.reference,
        field,
        ...(range === undefined ? {} : { range }),
      };
    });
}

const isUnmodelled = (name: string): boolean => !modelled.has(name) && !withoutEffectHere.some((pattern) => pattern.test(name));
