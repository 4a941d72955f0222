using System.Globalization;
using System.Text;
using LeadSync.Contracts;

namespace LeadSync.Mapping.Transforms;

/// <summary>A conversation as text.</summary>
/// <param name="Cut">What was left out; null when nothing was.</param>
public sealed record ConversationText(string Text, string? Cut)
{
    /// <summary>
    /// Writes turns in the order of their times, those of one conversation together. When they are too long together, the
    /// oldest are left out whole, and the first line says how many.
    /// </summary>
    /// <param name="most">The longest text, in UTF-16 units.</param>
    public static ConversationText Write(IReadOnlyCollection<ConversationTurn> turns, RenderConversation how, int most)
    {
        var lines = Lines(turns, how);
        if (lines.Sum(line => line.Length + 1L) - 1 <= most)
            return new ConversationText(string.Join('\n', lines), null);

        var kept = lines.Count;
        var length = -1L;
        while (kept > 0)
        {
            var withOneMore = length + lines[kept - 1].Length + 1;
            var heading = kept == 1 ? 0 : Heading(kept - 1).Length + 1;
            if (withOneMore + heading > most)
                break;
            length = withOneMore;
            kept--;
        }
        if (kept == lines.Count)
            return Newest(lines, most);
        return new ConversationText(
            $"{Heading(kept)}\n{string.Join('\n', lines.Skip(kept))}",
            Said($"{kept} of {lines.Count} turns, the oldest, were left out.")
        );
    }

    // Not even the newest turn fits: what it begins with, rather than nothing.
    private static ConversationText Newest(List<string> lines, int most)
    {
        var cut = TextCut.Begin(lines[^1], most);
        var others = lines.Count == 1 ? "" : Said($", and the {lines.Count - 1} before it were left out");
        return new ConversationText(
            cut,
            Said($"The newest turn was cut to {cut.Length} of {lines[^1].Length} characters{others}.")
        );
    }

    private static string Heading(int left) =>
        left == 1 ? "[1 earlier turn left out]" : Said($"[{left} earlier turns left out]");

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static List<string> Lines(IReadOnlyCollection<ConversationTurn> turns, RenderConversation how) =>
        [
            .. turns
                .GroupBy(turn => turn.ConversationId, StringComparer.Ordinal)
                .OrderBy(conversation => conversation.Min(turn => turn.At))
                .ThenBy(conversation => conversation.Key, StringComparer.Ordinal)
                .SelectMany(conversation =>
                    conversation.OrderBy(turn => turn.At).ThenBy(turn => turn.TurnId, StringComparer.Ordinal)
                )
                .Select(turn => Line(turn, how)),
        ];

    private static string Line(ConversationTurn turn, RenderConversation how)
    {
        var line = new StringBuilder(turn.Text.Length + 40);
        if (how.Times)
        {
            var at = how.Zone is null ? turn.At.ToUniversalTime() : TimeZoneInfo.ConvertTime(turn.At, how.Zone);
            var zone = how.Zone is null ? " UTC" : "";
            line.Append(CultureInfo.InvariantCulture, $"[{at:yyyy-MM-dd HH:mm}{zone}] ");
        }
        return line.Append(CultureInfo.InvariantCulture, $"{turn.Speaker.Trim()}: {turn.Text.Trim()}").ToString();
    }
}
