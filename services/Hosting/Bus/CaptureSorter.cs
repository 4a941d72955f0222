using System.Runtime.ExceptionServices;
using System.Text.Json;
using LeadSync.Contracts;

namespace LeadSync.Hosting.Bus;

/// <summary>
/// Sorts what products publish: each list goes on to its workspace's share. Products publish all to one exchange with an empty
/// routing key, and whose a message is the broker vouches for in <c>user_id</c> alone, which no exchange can route by; a key
/// of the product's own choice could put its burst before whom it likes. Nothing is looked up or looked into here, so a burst
/// passes quickly; small messages that arrive together go on as one list.
/// </summary>
internal sealed class CaptureSorter(Publisher publisher) : IItemConsumer<JsonElement>
{
    public Task ConsumeAsync(IReadOnlyList<Arrived<JsonElement>> items, CancellationToken cancellationToken) =>
        publisher.HandOnAsync(Wire.Capture, items, cancellationToken);

    // Only the broker can stand in the way, and that is waited out. Anything else is ours to mend: to the dead letters.
    public Task RejectAsync(Arrived<JsonElement> item, Exception fault, CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo.Throw(fault);
        return Task.CompletedTask;
    }
}
