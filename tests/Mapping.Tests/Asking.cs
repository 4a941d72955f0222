using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using LeadSync.Hosting.Web;

namespace LeadSync.Mapping.Tests;

/// <summary>An answer with what tests look at.</summary>
public sealed record Answer(int Status, string? Tag, JsonElement Body)
{
    public string? Code =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>Each fault as <c>field reason</c>.</summary>
    public IReadOnlyList<string> Faults =>
        [
            .. Body.GetProperty("faults")
                .EnumerateArray()
                .Select(fault => $"{fault.GetProperty("field").GetString()} {fault.GetProperty("reason").GetString()}"),
        ];
}

/// <summary>Asks the service as Gateway forwards it.</summary>
public static class Asking
{
    public static async Task<Answer> AskAsync(
        this MappingUnderTest mapping,
        HttpMethod method,
        string path,
        object? body = null,
        string? ifMatch = null,
        Role role = Role.Manager,
        string workspace = MappingUnderTest.Workspace
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body as HttpContent ?? JsonContent.Create(body);
        if (ifMatch is not null)
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(ifMatch));
        using var response = await mapping.Client(workspace, role).SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            (int)response.StatusCode,
            response.Headers.ETag?.Tag,
            text.Length == 0 ? default : JsonElement.Parse(text)
        );
    }

    public static Task<Answer> GetAsync(
        this MappingUnderTest mapping,
        string path,
        string workspace = MappingUnderTest.Workspace
    ) => mapping.AskAsync(HttpMethod.Get, path, workspace: workspace);
}
