/** How closely models stand together on the wall. */

import { stored } from "./stored";

export const density = stored<string>("modella.density", "comfortable");
