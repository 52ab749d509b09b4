import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router";
import { LanguageProvider } from "@/i18n";
import { queryClient } from "./queryClient";
import { router } from "./router";
import { SignInOver } from "./SignInOver";
import { theme } from "./theme";

/** The dashboard. Mantine writes no <style> element: its variables are a file of the build. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <LanguageProvider>
        <QueryClientProvider client={queryClient}>
          <Notifications position="bottom-right" />
          <RouterProvider router={router} />
          <SignInOver />
        </QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>
  );
}
