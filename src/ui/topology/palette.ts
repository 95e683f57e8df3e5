/** The page's colour tokens as the canvases need them: read from the document, read again when the theme changes. */
export interface Palette {
  readonly bg: string;
  readonly s1: string;
  readonly s2: string;
  readonly s3: string;
  readonly s4: string;
  readonly line: string;
  readonly line2: string;
  readonly line3: string;
  readonly t1: string;
  readonly t2: string;
  readonly t3: string;
  readonly ac: string;
  readonly acInk: string;
  readonly tr: string;
  readonly ov: string;
  readonly ok: string;
  readonly bad: string;
  readonly kube: string;
  readonly kubeBg: string;
  readonly acBg: string;
  readonly trBg: string;
  readonly ovBg: string;
  readonly okBg: string;
  readonly badBg: string;
  readonly sans: string;
  readonly mono: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    bg: token('bg'),
    s1: token('s1'),
    s2: token('s2'),
    s3: token('s3'),
    s4: token('s4'),
    line: token('line'),
    line2: token('line2'),
    line3: token('line3'),
    t1: token('t1'),
    t2: token('t2'),
    t3: token('t3'),
    ac: token('ac'),
    acInk: token('ac-ink'),
    tr: token('tr'),
    ov: token('ov'),
    ok: token('ok'),
    bad: token('bad'),
    kube: token('kube'),
    kubeBg: token('kube-bg'),
    acBg: token('ac-bg'),
    trBg: token('tr-bg'),
    ovBg: token('ov-bg'),
    okBg: token('ok-bg'),
    badBg: token('bad-bg'),
    sans: token('sans'),
    mono: token('mono'),
  };
}

/** Calls back when the theme's or the projector's attribute on the root element changes; returns how to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-projector', 'class', 'style'] });
  const system = matchMedia('(prefers-color-scheme: light)');
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}
