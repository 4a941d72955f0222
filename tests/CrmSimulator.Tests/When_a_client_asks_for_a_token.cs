using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace LeadSync.CrmSimulator.Tests;

public sealed class When_a_client_asks_for_a_token
{
    private static readonly string[] Members =
    [
        "access_token",
        "signature",
        "scope",
        "instance_url",
        "id",
        "token_type",
        "issued_at",
    ];

    [Fact]
    public async Task It_gets_one_for_the_right_secret()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;

        var answer = await client.TokenAsync(
            ("grant_type", "client_credentials"),
            ("client_id", org.ClientId),
            ("client_secret", org.ClientSecret)
        );

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Json.EnumerateObject().Select(member => member.Name).ShouldBe(Members, ignoreOrder: true);
        answer.Json.GetProperty("access_token").GetString()!.ShouldStartWith($"{org.Id[..15]}!");
        answer
            .Json.GetProperty("instance_url")
            .GetString()
            .ShouldBe(client.Simulator.Address.GetLeftPart(UriPartial.Authority));
        long.Parse(answer.Json.GetProperty("issued_at").GetString()!, CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan(1_700_000_000_000);
    }

    [Fact]
    public async Task It_may_send_its_secret_as_basic_and_its_body_in_chunks()
    {
        await using var client = await Client.StartAsync();
        var org = client.Simulator.Org;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/token")
        {
            Content = new StreamContent(new UnsizedStream("grant_type=client_credentials"u8.ToArray())),
        };
        request.Content.Headers.ContentType = new("application/x-www-form-urlencoded");
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{org.ClientId}:{org.ClientSecret}"))
        );

        using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("client_credentials", "leadsync-demo", "wrong", "invalid_client", "invalid client credentials")]
    [InlineData("client_credentials", "nobody", "wrong", "invalid_client_id", "client identifier invalid")]
    [InlineData("password", "leadsync-demo", "wrong", "unsupported_grant_type", "grant type not supported")]
    public async Task A_wrong_one_is_refused_in_the_words_of_the_crm(
        string grant,
        string id,
        string secret,
        string error,
        string description
    )
    {
        await using var client = await Client.StartAsync();

        var answer = await client.TokenAsync(("grant_type", grant), ("client_id", id), ("client_secret", secret));

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Json.GetProperty("error").GetString().ShouldBe(error);
        answer.Json.GetProperty("error_description").GetString().ShouldBe(description);
    }

    [Fact]
    public async Task Its_session_ends_when_not_used_for_the_sessions_lifetime()
    {
        var clock = new SetClock();
        await using var client = await Client.StartAsync(new() { Clock = clock });

        clock.Advance(TimeSpan.FromMinutes(119));
        (await client.SendAsync("GET", "limits")).Status.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromMinutes(119));
        (await client.SendAsync("GET", "limits")).Status.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromMinutes(120));
        var expired = await client.SendAsync("GET", "limits");

        expired
            .ShouldBeRefused(401, "INVALID_SESSION_ID")
            .GetProperty("message")
            .GetString()
            .ShouldBe("Session expired or invalid");
        expired.Header("WWW-Authenticate").ShouldBe("Token");
        expired.Headers.Contains("Sforce-Limit-Info").ShouldBeFalse();
    }

    [Fact]
    public async Task Sessions_that_are_ended_stay_ended_and_new_ones_live()
    {
        await using var client = await Client.StartAsync();

        client.Simulator.Org.ExpireSessions();

        (await client.SendAsync("GET", "limits")).ShouldBeRefused(401, "INVALID_SESSION_ID");
        await client.LogInAsync();
        (await client.SendAsync("GET", "limits")).Status.ShouldBe(HttpStatusCode.OK);
    }

    private sealed class UnsizedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

/// <summary>A clock that stands until it is advanced; timers run in real time.</summary>
internal sealed class SetClock : TimeProvider
{
    private DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan by) => now += by;
}
