using System.Globalization;
using LeadSync.CrmSimulator.Faults;

namespace LeadSync.CrmSimulator.Pages;

/// <summary>The page at the root, on which a person watches records arrive, and its fault switches.</summary>
internal static class PageRoutes
{
    public static void MapPages(this WebApplication app, Simulator simulator)
    {
        app.MapGet(
            "/",
            (HttpContext context, string? org, string? show, int refresh = 2) =>
            {
                context.Response.Headers.ContentSecurityPolicy =
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";
                context.Response.Headers.CacheControl = "no-store";
                var shown = simulator.Orgs.Find(org ?? "") ?? simulator.Org;
                var objectName = shown.FindObject(show ?? "Lead")?.Name ?? "Lead";
                return Results.Content(
                    WatchPage.Of(simulator, shown, objectName, Math.Clamp(refresh, 0, 3_600)),
                    "text/html; charset=utf-8"
                );
            }
        );
        app.MapPost("/faults", async Task<IResult> (HttpContext context) => await SwitchAsync(context, simulator));
    }

    private static async Task<IResult> SwitchAsync(HttpContext context, Simulator simulator)
    {
        // Another site's page cannot switch faults here.
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && origin != $"{context.Request.Scheme}://{context.Request.Host}")
            return Results.StatusCode(StatusCodes.Status403Forbidden);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["off"] is [{ } id])
        {
            simulator.Faults.Remove(id);
        }
        else if (Enum.TryParse<FaultKind>(form["kind"], out var kind) && Enum.IsDefined(kind))
        {
            try
            {
                simulator.Faults.Put(
                    new()
                    {
                        Kind = kind,
                        Match = new() { Kind = form["match"].ToString() is { Length: > 0 } match ? match : null },
                        Count = Number(form["count"]),
                        DelayMilliseconds = Number(form["delay"]) ?? 0,
                    }
                );
            }
            catch (ArgumentException e)
            {
                return Results.Text(e.Message, statusCode: StatusCodes.Status400BadRequest);
            }
        }
        else
        {
            return Results.Text("There is no such kind of fault.", statusCode: StatusCodes.Status400BadRequest);
        }

        return Results.Redirect("/", permanent: false, preserveMethod: false);
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
