using LeadSync.Contracts;
using LeadSync.Mapping.Transforms;

namespace LeadSync.Mapping.Tests;

public sealed class When_a_conversation_is_written
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 23, 30, 0, TimeSpan.Zero);

    private static ConversationTurn Turn(int minute, string text, string conversation = "a", string speaker = "Ada") =>
        new(conversation, $"{minute:000}", Start.AddMinutes(minute), speaker, text);

    private static ConversationText Write(int most, params ConversationTurn[] turns) =>
        ConversationText.Write(turns, RenderConversation.Plain, most);

    [Fact]
    public void Each_turn_has_its_time_and_speaker_in_the_order_of_time()
    {
        var text = Write(1000, Turn(1, " Hello! ", speaker: "Bot"), Turn(0, "Hi"));

        text.Text.ShouldBe("[2026-01-31 23:30 UTC] Ada: Hi\n[2026-01-31 23:31 UTC] Bot: Hello!");
        text.Cut.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"conversation":{"zone":"Europe/Berlin"}}""", "[2026-02-01 00:30] Ada: Hi")]
    [InlineData("""{"conversation":{"times":false}}""", "Ada: Hi")]
    [InlineData("conversation", "[2026-01-31 23:30 UTC] Ada: Hi")]
    public void Times_are_written_on_the_stated_clock_or_not_at_all(string step, string expected) =>
        Steps.Of(step, "", lead: Steps.Lead(turns: Turn(0, "Hi"))).ShouldBe(expected);

    [Fact]
    public void Turns_of_one_conversation_stand_together() =>
        Write(1000, Turn(0, "1", "b"), Turn(3, "2", "b"), Turn(1, "3", "c"))
            .Text.Split('\n')
            .Select(line => line[^1])
            .ShouldBe(['1', '2', '3']);

    [Fact]
    public void The_oldest_turns_are_left_out_whole_and_it_is_said_how_many()
    {
        var turns = Enumerable.Range(0, 10).Select(minute => Turn(minute, $"turn {minute}")).ToArray();

        var text = Write(150, turns);

        text.Text.Length.ShouldBeLessThanOrEqualTo(150);
        text.Text.ShouldStartWith("[7 earlier turns left out]\n[2026-01-31 23:37 UTC] Ada: turn 7\n");
        text.Text.ShouldEndWith("turn 9");
        text.Cut.ShouldBe("7 of 10 turns, the oldest, were left out.");
    }

    [Fact]
    public void A_text_is_never_longer_than_its_field_and_never_shorter_than_need_be()
    {
        var turns = Enumerable.Range(0, 30).Select(minute => Turn(minute, new string('x', minute % 7 * 5))).ToArray();
        var whole = Write(int.MaxValue, turns).Text;

        for (var most = 1; most <= whole.Length; most++)
        {
            var text = Write(most, turns);
            text.Text.Length.ShouldBeLessThanOrEqualTo(most);
            (text.Cut is null).ShouldBe(most == whole.Length);
        }
    }

    [Fact]
    public void A_newest_turn_that_is_too_long_alone_is_begun_rather_than_left_out()
    {
        var text = Write(40, Turn(0, "first"), Turn(1, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦"));

        text.Text.ShouldBe("[2026-01-31 23:31 UTC] Ada: 👩‍👩‍👧‍👦");
        text.Cut.ShouldBe("The newest turn was cut to 39 of 50 characters, and the 1 before it were left out.");
    }
}
