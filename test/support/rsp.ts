// NIST's CAVS response files (.rsp and the like): `[A = 1, B = 2]`, `Key = …` for all that follows, then records that begin with `Count = n`
// and end at a blank line. Field names come out in lower case; a bare word such as FAIL becomes a field with its own name as value.

export type Record = { readonly [field: string]: string | undefined };

export function parseRsp(text: string): Record[] {
  const records: Record[] = [];
  let shared: { [field: string]: string } = {};
  let record: { [field: string]: string } | undefined;
  for (const line of text.split(/\r?\n/).map((l) => l.trim())) {
    if (line.startsWith('#')) continue;
    if (line === '') {
      record = undefined;
      continue;
    }
    if (line.startsWith('[')) {
      const inner = line.slice(1, -1);
      if (!inner.includes('=')) shared = { section: inner };
      else for (const pair of inner.split(',')) put(shared, pair);
      continue;
    }
    if (/^count\b/i.test(line)) {
      record = { ...shared };
      records.push(record);
    }
    put(record ?? shared, line);
  }
  return records;
}

function put(into: { [field: string]: string }, line: string): void {
  const [name = '', value = name] = line.split('=').map((part) => part.trim());
  into[name.toLowerCase()] = value;
}
