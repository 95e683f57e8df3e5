/** Turns a Message into a sentence of one language. Native text in parameters is passed through unescaped: React and the shell escape it. */
import i18next, { type i18n } from 'i18next';
import type { Translate } from '../shared/message.ts';
import { english } from './catalogue.ts';

export function createI18n(language: string): i18n {
  const instance = i18next.createInstance();
  void instance.init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: english } },
    interpolation: { escapeValue: false },
    initAsync: false,
    returnNull: false,
  });
  return instance;
}

/** A missing code is shown as the code itself, so that it is seen and mended; a test finds every one. */
export function translator(instance: i18n): Translate {
  return (message) => instance.t(message.code, { ...message.params });
}
