import { type ComponentType, lazy } from "react";

/** A part that is fetched when it is needed; once preloaded it is shown at once (React holds lazy parts back a while). */
export function page<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let Ready: ComponentType<Props> | undefined;
  let promise: Promise<{ default: ComponentType<Props> }> | undefined;
  const preload = () => {
    promise ??= load().then((module) => {
      Ready = module.default;
      return module;
    });
    return promise;
  };
  const Lazy = lazy(preload);
  const Page = (props: Props) => (Ready ? <Ready {...props} /> : <Lazy {...props} />);
  return Object.assign(Page, { preload });
}
