using LeadSync.Contracts;
using LeadSync.Hosting.Web;

namespace LeadSync.Connector.Connections;

/// <summary>Connections over HTTP: what Gateway forwards for people.</summary>
internal static class ConnectionsApi
{
    public static void MapConnections(this WebApplication app)
    {
        var connections = app.MapGroup("/v1/connections");
        connections
            .MapGet(
                "",
                (Caller caller, ConnectionStore store, CancellationToken cancellationToken) =>
                    store.ListAsync(caller.Workspace, cancellationToken)
            )
            .WithSummary("The workspace's connections.")
            .RequireAtLeast(Role.Viewer);
        connections
            .MapGet(
                "/{id:guid}",
                async (Guid id, Caller caller, ConnectionStore store, CancellationToken cancellationToken) =>
                    await store.FindAsync(caller.Workspace, id, cancellationToken) is { } connection
                        ? Results.Ok(connection)
                        : Missing(id)
            )
            .WithSummary("A connection: its org, status and what to do about it.")
            .Produces<Connection>()
            .RequireAtLeast(Role.Viewer);
        connections
            .MapPost(
                "",
                (
                    ConnectionRequest request,
                    Caller caller,
                    CreateConnection create,
                    CancellationToken cancellationToken
                ) => create.HandleAsync(request, caller, cancellationToken)
            )
            .WithSummary("Connects an org with an app's own credentials, once they let us in.")
            .Produces<Connection>(StatusCodes.Status201Created)
            .RequireAtLeast(Role.Integrator);
        connections
            .MapPut(
                "/{id:guid}/credentials",
                (
                    Guid id,
                    CredentialsRequest request,
                    Caller caller,
                    ReplaceCredentials replace,
                    CancellationToken cancellationToken
                ) => replace.HandleAsync(id, request, caller, cancellationToken)
            )
            .WithSummary("Replaces the credentials of a connection, for the same org.")
            .Produces<Connection>()
            .RequireAtLeast(Role.Integrator);
        connections
            .MapPatch(
                "/{id:guid}",
                (
                    Guid id,
                    ChangeRequest request,
                    Caller caller,
                    ChangeConnection change,
                    CancellationToken cancellationToken
                ) => change.HandleAsync(id, request, caller, cancellationToken)
            )
            .WithSummary("Changes a connection's name or direction.")
            .Produces<Connection>()
            .RequireAtLeast(Role.Integrator);
        connections
            .MapPost(
                "/{id:guid}/deauthorise",
                (Guid id, Caller caller, Deauthorise deauthorise, CancellationToken cancellationToken) =>
                    deauthorise.HandleAsync(id, caller, cancellationToken)
            )
            .WithSummary("Deauthorises a connection: no call to its org starts after the answer. Rules are kept.")
            .Produces<Connection>()
            .RequireAtLeast(Role.Integrator);
        connections
            .MapDelete(
                "/{id:guid}",
                (Guid id, Caller caller, RemoveConnection remove, CancellationToken cancellationToken) =>
                    remove.HandleAsync(id, caller, cancellationToken)
            )
            .WithSummary("Removes a connection and frees its org.")
            .Produces(StatusCodes.Status204NoContent)
            .RequireAtLeast(Role.Integrator);
    }

    public static IResult Missing(Guid id) =>
        FailureCatalogue.NotFound.Problem(
            StatusCodes.Status404NotFound,
            $"There is no connection {id} in this workspace."
        );
}
