using Dapper;
using LeadSync.Push.Lanes;

namespace LeadSync.Push.Tests.Lanes;

public sealed class When_keys_are_written_down(PushUnderTest push) : IClassFixture<PushUnderTest>
{
    [Fact]
    public async Task They_are_the_same_whatever_a_person_typed()
    {
        string[] keys =
        [
            "email:\"quoted\"@example.com",
            @"lead:web/C:\leads\",
            "lead:web/{a,b}",
            "lead:web/NULL",
            "NULL",
            "",
            " ",
            "lead:web/two\nlines",
            "lead:web/Zoë 😀",
        ];
        await using var database = await push.Database.Source.OpenConnectionAsync(
            TestContext.Current.CancellationToken
        );

        (
            await database.QuerySingleAsync<string[]>("select @keys::text[]", new { keys = PersonKeys.AsText(keys) })
        ).ShouldBe(keys);
    }
}
