export const dictionaryText = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: ';
