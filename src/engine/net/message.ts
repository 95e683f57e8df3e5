/** Messages, as the engine's folders import them. */
export { type Message, message } from '../../shared/message.ts';
