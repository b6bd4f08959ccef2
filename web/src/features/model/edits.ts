/** What changes in a record, as it is asked of the server, and what takes a change back. */

import type { ModelRecord } from "@/api/models";
import type { RecordEdit } from "@/api/record";

export type FieldName = keyof NonNullable<ModelRecord["fields"]>;

/** The fields that an edit changes. */
export function touched(edit: RecordEdit): string[] {
  const tags = edit.add_tags?.length || edit.remove_tags?.length ? ["tags"] : [];
  return [...new Set([...Object.keys(edit.set ?? {}), ...(edit.reset ?? []), ...tags])];
}

/** The edit that brings a record back to what it was: the person's own word where there was one, else none. */
export function undoOf(record: ModelRecord, edit: RecordEdit): RecordEdit {
  const set: Record<string, unknown> = {};
  const reset: string[] = [];
  for (const name of touched(edit)) {
    const field = record.fields?.[name];
    if (field && "user" in field) set[name] = field.user;
    else if (field?.origin === "imported") set[name] = field.value;
    else reset.push(name);
  }
  const apps = Object.keys(edit.apps ?? {}).map((app) => [app, record.apps?.[app] ?? null]);
  return { set, reset, ...(apps.length > 0 && { apps: Object.fromEntries(apps) }) };
}

/** Names of the fields in which two states of a record differ, as far as a person may change them. */
export function differing(before: ModelRecord, now: ModelRecord): string[] {
  const names = Object.keys({ ...before.fields, ...now.fields });
  return names.filter(
    (name) => JSON.stringify(before.fields?.[name]?.value) !== JSON.stringify(now.fields?.[name]?.value),
  );
}
