/**
 * Which backend an HTTP request meets: hosts, path types and precedence of networking.k8s.io/v1, as ingress-nginx serves them (a server
 * block is chosen by host alone; internal/ingress/controller/controller.go getBackendServers). Regular expressions, rewrites and canaries
 * are not modelled: annotations.ts says so for every annotation that would change the outcome.
 */
import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressBackend';
import { compareText } from '../../shared/compare.ts';
import type { Origin } from '../api/origin.ts';
import { namespacedName } from '../api/origin.ts';
import { originOf, type Resource } from '../api/resource.ts';

export type PathType = 'Exact' | 'Prefix' | 'ImplementationSpecific';

export interface IngressPathRule {
  readonly ingress: Resource<'Ingress'>;
  /** Null: every host. */
  readonly host: string | null;
  readonly path: string;
  readonly pathType: PathType;
  readonly backend: IIngressBackend;
  readonly origin: Origin;
}

export interface IngressServer {
  readonly host: string | null;
  /** In the order of precedence. */
  readonly rules: readonly IngressPathRule[];
  /** The spec.defaultBackend of an Ingress that has this host. */
  readonly fallback: IngressPathRule | null;
  /** True when some Ingress lists this host under tls, and none of them switches the redirect off. */
  readonly redirectsToHttps: boolean;
}

export interface IngressTable {
  readonly servers: ReadonlyMap<string | null, IngressServer>;
  /** The spec.defaultBackend of an Ingress without rules: what no server takes. */
  readonly catchAll: IngressPathRule | null;
}

const sslRedirect = 'nginx.ingress.kubernetes.io/ssl-redirect';

/** Merges the Ingresses that one controller serves. Of two with the same host, path and type the older one (then the first) wins. */
export function buildIngressTable(ingresses: readonly Resource<'Ingress'>[]): IngressTable {
  const oldestFirst = ingresses
    .map((ingress, position) => ({ ingress, position, created: creationTime(ingress) }))
    .sort((left, right) => compareText(left.created, right.created) || left.position - right.position)
    .map((entry) => entry.ingress);
  const drafts = new Map<string | null, { rules: IngressPathRule[]; fallback: IngressPathRule | null; tls: boolean; redirect: boolean }>();
  let catchAll: IngressPathRule | null = null;
  for (const ingress of oldestFirst) {
    const fallback = defaultRule(ingress);
    const rules = ingress.object.spec?.rules ?? [];
    if (rules.length === 0) catchAll ??= fallback;
    const tlsHosts = new Set((ingress.object.spec?.tls ?? []).flatMap((entry) => entry.hosts ?? []).map((host) => host.toLowerCase()));
    for (const [position, rule] of rules.entries()) {
      const host = rule.host === undefined || rule.host === '' ? null : rule.host.toLowerCase();
      const draft = drafts.get(host) ?? { rules: [], fallback: null, tls: false, redirect: true };
      drafts.set(host, draft);
      draft.fallback ??= fallback;
      if (host !== null && tlsHosts.has(host)) draft.tls = true;
      if (ingress.object.metadata?.annotations?.[sslRedirect] === 'false') draft.redirect = false;
      for (const candidate of pathRules(ingress, host, position)) {
        const taken = draft.rules.some((other) => other.path === candidate.path && other.pathType === candidate.pathType);
        if (!taken) draft.rules.push(candidate);
      }
    }
  }
  const servers = new Map<string | null, IngressServer>();
  for (const [host, draft] of drafts) {
    const rules = draft.rules.toSorted(byPrecedence);
    servers.set(host, { host, rules, fallback: draft.fallback, redirectsToHttps: draft.tls && draft.redirect });
  }
  return { servers, catchAll };
}

/** RFC 3339 in UTC orders as text; an object without a time is the newest. */
const creationTime = (ingress: Resource<'Ingress'>): string => String(ingress.object.metadata?.creationTimestamp ?? '9999');

const defaultRule = (ingress: Resource<'Ingress'>): IngressPathRule | null => {
  const backend = ingress.object.spec?.defaultBackend;
  if (backend?.service === undefined) return null;
  const origin = originOf(ingress, '/spec/defaultBackend');
  return { ingress, host: null, path: '/', pathType: 'Prefix', backend, origin };
};

/** A backend that is a resource and no Service is passed over, as ingress-nginx does; ingressDiagnostics.ts says so. */
function pathRules(ingress: Resource<'Ingress'>, host: string | null, position: number): readonly IngressPathRule[] {
  return (ingress.object.spec?.rules?.[position]?.http?.paths ?? []).flatMap((entry, index) => {
    if (entry.backend.service === undefined) return [];
    const pathType = entry.pathType === 'Exact' || entry.pathType === 'Prefix' ? entry.pathType : 'ImplementationSpecific';
    const path = entry.path === undefined || entry.path === '' ? '/' : entry.path;
    return [
      { ingress, host, path, pathType, backend: entry.backend, origin: originOf(ingress, `/spec/rules/${position}/http/paths/${index}`) },
    ];
  });
}

const typeOrder: Readonly<Record<PathType, number>> = { Exact: 0, Prefix: 1, ImplementationSpecific: 2 };

/** Longest path first; of equally long ones Exact before Prefix. */
const byPrecedence = (left: IngressPathRule, right: IngressPathRule): number =>
  right.path.length - left.path.length || typeOrder[left.pathType] - typeOrder[right.pathType];

/** Exact host, then a wildcard that covers exactly one label, then the server of every host; null: no server has it. */
export function chooseServer(table: IngressTable, host: string): IngressServer | null {
  const wildcard = `*.${host.slice(host.indexOf('.') + 1)}`;
  const server = table.servers.get(host) ?? (host.includes('.') ? table.servers.get(wildcard) : undefined);
  return server ?? table.servers.get(null) ?? null;
}

/** The rule that serves a request; null: the controller's own default backend answers 404. `path` has no query. */
export function matchIngress(table: IngressTable, host: string, path: string): IngressPathRule | null {
  const server = chooseServer(table, host);
  if (server === null) return table.catchAll;
  // nginx compares an Exact location before any prefix, and its precedence is by length among the others.
  const exact = server.rules.find((rule) => rule.pathType === 'Exact' && rule.path === path);
  return exact ?? server.rules.find((rule) => matchesPath(rule, path)) ?? server.fallback ?? (server.host === null ? table.catchAll : null);
}

export function matchesPath(rule: Pick<IngressPathRule, 'path' | 'pathType'>, path: string): boolean {
  switch (rule.pathType) {
    case 'Exact':
      return path === rule.path;
    case 'Prefix': {
      const prefix = rule.path.replace(/\/$/, '');
      return path === prefix || path.startsWith(`${prefix}/`);
    }
    // Without use-regex nginx renders it as a plain location: a prefix of the text, not of path elements.
    case 'ImplementationSpecific':
      return path.startsWith(rule.path);
  }
}

/** "default/web host shop.example path /cart Prefix": the rule in the API's words. */
export function ruleWords(rule: IngressPathRule): string {
  const host = rule.host === null ? '' : ` host ${rule.host}`;
  const isDefault = rule.origin.field === '/spec/defaultBackend';
  const place = isDefault ? ' defaultBackend' : `${host} path ${rule.path} ${rule.pathType}`;
  return `${namespacedName(rule.ingress.reference)}${place}`;
}
