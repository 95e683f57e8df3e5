export const clusterDocuments = [];
