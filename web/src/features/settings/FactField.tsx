import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { usageQuery } from "@/api/usage";
import { useWords } from "@/i18n";
import { KINDS } from "@/lib/kinds";
import { useLabels } from "@/lib/labels";
import { SelectField, TextField } from "@/ui/Field";

interface FactFieldProps {
  fact: string;
  label: string;
  value: string;
  wrong: string | undefined;
  onChange: (value: string) => void;
}

/** The value that a fact must have: one of the kinds, or a text with those that the library has as offers. */
export function FactField({ fact, label, value, wrong, onChange }: FactFieldProps) {
  const { t } = useWords();
  const labels = useLabels();
  const id = useId();
  const { data: usage } = useQuery(usageQuery);
  if (fact === "kind") {
    const isStrange = value !== "" && !KINDS.includes(value as (typeof KINDS)[number]);
    const options = [
      ["", t("web.settings.rule-choose")] as const,
      ...(isStrange ? [[value, value] as const] : []),
      ...KINDS.map((kind) => [kind, labels.kind(kind)] as const),
    ];
    return (
      <SelectField
        bare
        label={label}
        wrong={wrong}
        value={value}
        options={options}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  const offers = { family: usage?.by_family, "base model": usage?.by_base_model, source: usage?.by_source }[fact];
  return (
    <>
      <TextField
        bare
        label={label}
        wrong={wrong}
        value={value}
        list={offers ? id : undefined}
        placeholder={label}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      {offers && (
        <datalist id={id}>
          {offers
            .filter((each) => each.value !== "none")
            .map((each) => (
              <option key={each.value} value={each.value} />
            ))}
        </datalist>
      )}
    </>
  );
}
