using Dapper;
using LeadSync.Hosting.Web;
using Npgsql;

namespace LeadSync.MinimalService;

/// <summary>Endpoints that answer, refuse and fail in the ways that endpoints do.</summary>
public static class Trials
{
    public static void MapTrials(this WebApplication app)
    {
        app.MapGet("/v1/caller", (Caller caller) => caller);
        app.MapPost("/v1/order", (Order order) => order);
        app.MapGet("/v1/fault", string () => throw new InvalidOperationException("the secret inner workings"));
        app.MapGet(
            "/v1/away",
            async (NpgsqlDataSource database) =>
            {
                await using var connection = await database.OpenConnectionAsync();
                return await connection.ExecuteScalarAsync<long>("select count(*) from note");
            }
        );
        foreach (var role in Enum.GetValues<Role>())
            app.MapGet($"/v1/only/{role}", () => role.ToString()).RequireAtLeast(role);
    }

    private sealed record Order(string Name, int Count);
}
