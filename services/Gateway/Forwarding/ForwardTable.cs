using LeadSync.Gateway.Access;

namespace LeadSync.Gateway.Forwarding;

/// <summary>
/// One row of the table of what is forwarded: these methods on this path go to this service, for keys of this role or a
/// higher one.
/// </summary>
/// <param name="Role">Null: for anyone, without a key. Such are pages that people come to from a CRM or over a link.</param>
/// <param name="Path">A route pattern. The more exact of two wins, as everywhere in ASP.NET Core.</param>
/// <param name="Service">The receiver, as in <c>Services:NAME</c>; null: this never goes anywhere, whoever asks.</param>
public sealed record Forward(string Path, IReadOnlyList<string> Methods, string? Service, KeyRole? Role);

/// <summary>
/// Everything that Gateway passes on, and who may use it: the one place that says so. What is not in here is not reachable
/// from outside. The services check the role again, by the token.
/// </summary>
public static class ForwardTable
{
    public const string Connector = "Connector";
    public const string Mapping = "Mapping";
    public const string Push = "Push";
    public const string Audit = "Audit";

    private static readonly string[] Read = ["GET"];
    private static readonly string[] Post = ["POST"];
    private static readonly string[] Delete = ["DELETE"];
    private static readonly string[] Change = ["POST", "PUT"];
    private static readonly string[] Write = ["POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] Any = [.. Read, .. Write];

    public static IReadOnlyList<Forward> Rows { get; } =
    [
        new("/v1/connections/{**rest}", Read, Connector, KeyRole.Viewer),
        new("/v1/connections/{**rest}", Write, Connector, KeyRole.Integrator),
        // The GET is our own: it collects what this one wants to be given.
        new("/v1/connections/{id}/preflight", Post, Connector, KeyRole.Integrator),
        // The POST is our own as well: it has Mapping map what Push is to try.
        new("/v1/connections/{id}/test-batch/{batch}", Read, Push, KeyRole.Integrator),
        // Grants carry access tokens: for services only.
        new("/v1/connections/{id}/grants/{**rest}", Any, null, KeyRole.Viewer),
        // For services only too: what it finds is not the caller's to see.
        new("/v1/connections/{id}/lookup/{**rest}", Any, null, KeyRole.Viewer),
        new("/v1/connections/{id}/schema/{**rest}", Read, Connector, KeyRole.Viewer),
        new("/v1/connections/{id}/schema/{**rest}", Write, null, KeyRole.Viewer),
        // Pages for browsers: what opens them is a state or a secret in the address.
        new("/oauth/{system}/callback", Read, Connector, Role: null),
        new("/connect/{secret}", ["GET", "POST"], Connector, Role: null),
        // PUT and the diff are our own: they ask everyone who keeps a part of it.
        new("/v1/sources/{**rest}", Read, Mapping, KeyRole.Viewer),
        new("/v1/sources/{**rest}", Write, Mapping, KeyRole.Integrator),
        new("/v1/routes/{**rest}", Read, Mapping, KeyRole.Viewer),
        new("/v1/routes/{**rest}", Change, Mapping, KeyRole.Integrator),
        new("/v1/mappings/{**rest}", Read, Mapping, KeyRole.Viewer),
        new("/v1/mappings/{**rest}", Change, Mapping, KeyRole.Integrator),
        // Writes nothing. Of a real lead it tells Integrators only, and that Mapping knows by the token.
        new("/v1/mappings/{connection}/{object}/preview", Post, Mapping, KeyRole.Viewer),
        // What is removed is gone for everyone; a draft is the one's who prepares it.
        new("/v1/routes/{source}/{connection}", Delete, Mapping, KeyRole.Manager),
        new("/v1/routes/{source}/{connection}/draft", Delete, Mapping, KeyRole.Integrator),
        new("/v1/mappings/{connection}/{object}", Delete, Mapping, KeyRole.Manager),
        new("/v1/mappings/{connection}/{object}/draft", Delete, Mapping, KeyRole.Integrator),
        new("/v1/backfills/{**rest}", Read, Mapping, KeyRole.Viewer),
        new("/v1/backfills/{**rest}", Post, Mapping, KeyRole.Manager),
        new("/v1/pulls/{**rest}", Read, Mapping, KeyRole.Viewer),
        new("/v1/pulls/{**rest}", Change, Mapping, KeyRole.Integrator),
        new("/v1/pulls/{connection}/{object}", Delete, Mapping, KeyRole.Manager),
        new("/v1/pulls/{connection}/{object}/draft", Delete, Mapping, KeyRole.Integrator),
        new("/v1/leads/{**rest}", Read, Mapping, KeyRole.Viewer),
        // Nobody gets back what was erased.
        new("/v1/people", ["DELETE"], Mapping, KeyRole.Manager),
        new("/v1/lanes/{**rest}", Read, Push, KeyRole.Viewer),
        new("/v1/lanes/{**rest}", Write, Push, KeyRole.Integrator),
        new("/v1/lanes/stop-all", Post, Push, KeyRole.Manager),
        new("/v1/lanes/resume-all", Post, Push, KeyRole.Manager),
        new("/v1/rules/{**rest}", Read, Push, KeyRole.Viewer),
        new("/v1/rules/{connection}/{object}", ["PUT"], Push, KeyRole.Integrator),
        new("/v1/rules/{connection}/{object}", Delete, Push, KeyRole.Manager),
        new("/v1/rules/{connection}/{object}/versions/{revision}/restore", Post, Push, KeyRole.Integrator),
        new("/v1/counts", Read, Audit, KeyRole.Viewer),
        new("/v1/timeline", Read, Audit, KeyRole.Viewer),
        new("/v1/history/settings", Read, Audit, KeyRole.Viewer),
        new("/v1/failures", Read, Audit, KeyRole.Viewer),
        // What each of them takes and answers, as OpenAPI; our own is served here.
        new("/v1/openapi/connector.json", Read, Connector, KeyRole.Viewer),
        new("/v1/openapi/audit.json", Read, Audit, KeyRole.Viewer),
        new("/v1/openapi/mapping.json", Read, Mapping, KeyRole.Viewer),
        new("/v1/openapi/push.json", Read, Push, KeyRole.Viewer),
    ];
}
