import { FileJson } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button } from "@/ui/Button";
import { give } from "./given";

/** A button that lets a file be chosen. */
export function ChooseFile({ look, children }: { look?: "primary"; children: ReactNode }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look={look ?? "plain"} icon={FileJson} onClick={() => field.current?.click()}>
        {children}
      </Button>
      <input
        ref={field}
        type="file"
        hidden
        accept=".json,image/png,image/webp,image/jpeg,image/avif,video/*,audio/*"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) give(file);
        }}
      />
    </>
  );
}
