/** What is put round the ids of a text; parts are joined at the end. */
export type PostProcessor = (parts: readonly Ids[], addSpecialTokens: boolean) => readonly Ids[]

export type Ids = readonly number[]
