import type { Compared, Offer, WantedModel } from "@/api/workflows";

/** Which offer somebody has chosen for a model, by its place among the models. */
export type Chosen = ReadonlyMap<number, number>;

/** A model with its place in the workflow, which is what it is known by here. */
export interface Row {
  place: number;
  model: WantedModel;
}

/** What is known by now: the library as it is, and for what it lacks what the sources have told. */
export function joined(now: Compared | undefined, found: Compared | undefined): Row[] {
  return (
    (now ?? found)?.models.map((model, place) => {
      const told = found?.models[place];
      return { place, model: model.state === "missing" && told && told.state !== "queued" ? told : model };
    }) ?? []
  );
}

/** The offer that would be fetched for a model: the chosen one, else the best that is more than a guess. */
export function meant({ place, model }: Row, chosen: Chosen): Offer | undefined {
  if (model.state !== "missing") return undefined;
  const picked = chosen.get(place);
  return picked === undefined ? model.offers.find((each) => each.sureness !== "maybe") : model.offers[picked];
}

/** What all of them weigh together; undefined when one does not say. */
export function weightOf(offers: readonly Offer[]): number | undefined {
  const sizes = offers.map((each) => each.size);
  return sizes.every((size) => size !== null && size !== undefined)
    ? sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
    : undefined;
}
