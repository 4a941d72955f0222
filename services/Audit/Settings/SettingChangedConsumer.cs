using LeadSync.Contracts;
using LeadSync.Hosting.Bus;

namespace LeadSync.Audit.Settings;

/// <summary>Keeps changes of settings, each once.</summary>
public sealed class SettingChangedConsumer(SettingHistory history, ILogger<SettingChangedConsumer> log)
    : IItemConsumer<ChangedSetting>
{
    public Task ConsumeAsync(IReadOnlyList<Arrived<ChangedSetting>> items, CancellationToken cancellationToken) =>
        history.AddAsync([.. items.Select(item => (item.Workspace, item.Item))], cancellationToken);

    // No lead's failure, so there is none to tell of.
    public Task RejectAsync(Arrived<ChangedSetting> item, Exception fault, CancellationToken cancellationToken)
    {
        log.LogError(
            "The change {EventId} of a setting of {Service} cannot be kept",
            item.Item.EventId,
            item.Item.Service
        );
        return Task.CompletedTask;
    }
}
