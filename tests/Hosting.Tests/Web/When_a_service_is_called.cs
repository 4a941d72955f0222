using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LeadSync.Hosting.Web;
using LeadSync.Testing;
using Microsoft.IdentityModel.Tokens;

namespace LeadSync.Hosting.Tests.Web;

public sealed class When_a_service_is_called(MinimalServiceUnderTest service) : IClassFixture<MinimalServiceUnderTest>
{
    [Theory]
    [InlineData("none")]
    [InlineData("for another service")]
    [InlineData("expired")]
    [InlineData("of the future")]
    [InlineData("signed by another key")]
    [InlineData("unsigned")]
    [InlineData("garbage")]
    public async Task Without_a_good_token_it_answers_401(string which)
    {
        using var client = service.Anonymous();
        if (Token(which) is { } token)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var answer = await client.GetAsync("/v1/caller", TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var problem = await ProblemAsync(answer);
        problem.GetProperty("code").GetString().ShouldBe("UNAUTHENTICATED");
    }

    [Fact]
    public async Task The_caller_is_who_the_token_says()
    {
        using var client = service.Client("acme", Role.Integrator, "key:42");

        var caller = await client.GetFromJsonAsync<Caller>("/v1/caller", TestContext.Current.CancellationToken);

        caller.ShouldBe(new Caller("acme", "key:42", Role.Integrator));
    }

    public static TheoryData<Role, Role> Roles =>
        new(
            from caller in Enum.GetValues<Role>()
            from asked in Enum.GetValues<Role>()
            select new TheoryDataRow<Role, Role>(caller, asked)
        );

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_may_do_what_the_ones_before_it_may_and_no_more(Role caller, Role asked)
    {
        using var client = service.Client("acme", caller);

        var answer = await client.GetAsync($"/v1/only/{asked}", TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(caller >= asked ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        if (caller < asked)
            (await ProblemAsync(answer)).GetProperty("code").GetString().ShouldBe("FORBIDDEN");
    }

    [Fact]
    public async Task A_fault_of_its_own_is_told_without_its_inner_workings()
    {
        using var client = service.Client("acme", Role.Viewer);
        var trace = $"00-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}-00f067aa0ba902b7-01";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/fault");
        request.Headers.Add("traceparent", trace);

        var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        text.ShouldNotContain("secret");
        text.ShouldNotContain(nameof(InvalidOperationException));
        text.ShouldNotContain("   at ");
        var problem = await ProblemAsync(answer);
        problem.GetProperty("code").GetString().ShouldBe("INTERNAL");
        problem.GetProperty("traceId").GetString().ShouldBe(trace.Split('-')[1]);
        problem.GetProperty("fix").GetString().ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("GET", "/v1/nowhere", null, null, 404, "NOT_FOUND")]
    [InlineData("DELETE", "/v1/order", null, null, 405, "NOT_FOUND")]
    [InlineData("POST", "/v1/order", "{", "application/json", 400, "BODY_UNREADABLE")]
    [InlineData("POST", "/v1/order", """{"name":null,"count":1}""", "application/json", 400, "BODY_UNREADABLE")]
    [InlineData("POST", "/v1/order", """{"name":"x","count":"many"}""", "application/json", 400, "BODY_UNREADABLE")]
    [InlineData("POST", "/v1/order", "x", "text/plain", 415, "BODY_UNREADABLE")]
    public async Task What_it_refuses_it_explains_by_code(
        string method,
        string path,
        string? body,
        string? contentType,
        int status,
        string code
    )
    {
        using var client = service.Client("acme", Role.Viewer);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType!);

        var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        ((int)answer.StatusCode).ShouldBe(status);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await ProblemAsync(answer);
        problem.GetProperty("code").GetString().ShouldBe(code);
        problem.GetProperty("type").GetString().ShouldBe($"urn:leadsync:failure:{code}");
        problem.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
    }

    private static string? Token(string which)
    {
        var caller = new Caller("acme", "test", Role.Service);
        return which switch
        {
            "none" => null,
            "for another service" => Tokens().Make("push", caller),
            "expired" => Tokens(at: TimeSpan.FromMinutes(-4)).Make("minimal", caller),
            "of the future" => Tokens(at: TimeSpan.FromMinutes(4)).Make("minimal", caller),
            "signed by another key" => Tokens(RandomNumberGenerator.GetBytes(32)).Make("minimal", caller),
            "unsigned" => Unsigned(Tokens().Make("minimal", caller)),
            _ => "garbage",
        };
    }

    private static ServiceTokens Tokens(byte[]? key = null, TimeSpan at = default) =>
        new(new SymmetricSecurityKey(key ?? Servers.ServiceKey), new FakeClock(TimeProvider.System.GetUtcNow() + at));

    // What a token says, with the algorithm 'none' and no signature.
    private static string Unsigned(string token) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}.";

    private static Task<JsonElement> ProblemAsync(HttpResponseMessage answer) =>
        answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
}
