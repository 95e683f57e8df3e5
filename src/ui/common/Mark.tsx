/** The mark: a heptagon as Kubernetes' objects wear it, with a packet inside. Decorative. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M12 1.9 20.1 5.8l2 8.8-5.6 7H7.5l-5.6-7 2-8.8z" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      <rect x="6.4" y="8.8" width="11.2" height="7" rx="1.8" fill="var(--ac)" />
      <path d="M9.2 8.8v7M12 8.8v7" stroke="var(--ac-ink)" strokeWidth="1.4" />
    </svg>
  );
}
