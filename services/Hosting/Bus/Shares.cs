using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// An intake that is spread over several queues by workspace, so that what one workspace sends at once delays only those who
/// share its queue. The publisher computes the share: broker and consumers know only numbers, and no plugin is needed. Which
/// share a workspace has may change with their number, for nothing depends on the order of messages. What a workspace sends
/// above an ordinary pace (<see cref="Bursts"/>) goes to one queue more, where only bursts wait for each other.
/// </summary>
/// <param name="Exchange">Carries the event's name. Products, and our services before there were shares, publish to it.</param>
/// <param name="Queue">Takes what comes over <paramref name="Exchange"/>, and the redriven dead letters of all shares.</param>
public sealed record Shares(string Exchange, string Queue)
{
    /// <summary>The most that there may be.</summary>
    public const int Most = 32;

    /// <summary>Where our services publish: a topic exchange, with a share's number as routing key.</summary>
    public string SharesExchange => $"{Exchange}.shares";

    /// <summary>The routing key of what is sent above the pace.</summary>
    public const string BurstKey = "burst";

    /// <summary>Takes what is sent above the pace.</summary>
    public string BurstQueue => $"{Queue}.{BurstKey}";

    /// <summary>Every queue that is spread over, where there are so many shares, and the key by which it is reached.</summary>
    public IEnumerable<(string Key, string Queue)> Queues(int count) =>
        Enumerable.Range(1, count).Select(share => (KeyOf(share), QueueOf(share))).Append((BurstKey, BurstQueue));

    /// <summary>Whether this is one of the queues that are spread over.</summary>
    public bool Has(string queue) => queue == BurstQueue || NumberOf(queue) is not null;

    /// <summary>A share's queue.</summary>
    /// <param name="share">Its number, from 1.</param>
    public string QueueOf(int share) => string.Create(CultureInfo.InvariantCulture, $"{Queue}.{share}");

    /// <summary>The routing key of a workspace, where there are <paramref name="count"/> shares.</summary>
    public static string KeyOf(string workspace, int count)
    {
        var hash = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(workspace)));
        return KeyOf((int)(hash % (uint)count) + 1);
    }

    /// <summary>The routing key of a share.</summary>
    public static string KeyOf(int share) => share.ToString(CultureInfo.InvariantCulture);

    /// <summary>The number of the share whose queue this is; null when it is none of ours.</summary>
    public int? NumberOf(string queue) =>
        queue.StartsWith($"{Queue}.", StringComparison.Ordinal)
        && int.TryParse(queue.AsSpan(Queue.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var share)
            ? share
            : null;
}
