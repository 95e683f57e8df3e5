/**
 * Starts workers so that the page's Content-Security-Policy governs them: a worker loaded from an address is not bound by a policy in a
 * meta element, one that begins as a blob inherits it. The address passes through the page's one Trusted Types policy, which lets only our own through.
 */
interface ScriptUrlPolicy {
  createScriptURL(url: string): string;
}

/** Trusted Types are not in TypeScript's DOM library; the part that we use. */
interface TrustedTypesFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy;
}

declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypesFactory;
  }
}

const rules = {
  createScriptURL(url: string): string {
    if (new URL(url, document.baseURI).origin !== location.origin) throw new TypeError(`not a script of this page: ${url}`);
    return url;
  },
};

let policy: ScriptUrlPolicy | undefined;

/** The address, allowed as a script. Throws for another origin's. */
function scriptUrl(url: string): string {
  policy ??= window.trustedTypes?.createPolicy('app-worker', rules) ?? rules;
  return policy.createScriptURL(url);
}

/** Starts a module worker from `url` (the page's own origin), under the page's policy. */
export function startModuleWorker(url: string, name: string): Worker {
  const absolute = new URL(url, document.baseURI).href;
  const blob = URL.createObjectURL(new Blob([`import ${JSON.stringify(absolute)};`], { type: 'text/javascript' }));
  return new Worker(scriptUrl(blob), { type: 'module', name });
}
