/** One of the page's areas: a landmark with a name, that F6 can reach. */
import type { ReactNode } from 'react';
import { useWords } from '../app.ts';
import { type RegionName, regionId } from './regions.ts';

export interface AreaProps {
  readonly region: RegionName;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Area({ region, className = '', children }: AreaProps) {
  const words = useWords();
  return (
    <section id={regionId(region)} className={`area ${className}`} aria-label={words(`page.region.${region}`)} tabIndex={-1}>
      {children}
    </section>
  );
}
