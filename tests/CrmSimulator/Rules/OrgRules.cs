using LeadSync.CrmSimulator.Data;
using LeadSync.CrmSimulator.Rest;

namespace LeadSync.CrmSimulator.Rules;

/// <summary>A trigger of the org threw: the whole chunk of the record is taken back with the same error.</summary>
internal sealed class TriggerException(ApiError error) : Exception(error.Message)
{
    public ApiError Error { get; } = error;
}

/// <summary>What the org's own rules say to a record that is about to be saved, in the CRM's order.</summary>
internal sealed class OrgRules(Org org)
{
    /// <summary>Whether there is anything to ask; most orgs have nothing, and records come by the thousand.</summary>
    public bool ConcernThose(SObject type) =>
        org.AssignmentRules.Any(rule => rule.Object == type.Name)
        || org.Setup.ValidationRules.Any(rule => rule.Object == type.Name)
        || org.Setup.DuplicateRules.Any(rule => rule.Object == type.Name)
        || org.Setup.Triggers.Any(trigger => trigger.Object == type.Name)
        || org.Setup.Flows.Any(flow => flow.Object == type.Name);

    /// <param name="self">The record as it will be saved.</param>
    /// <param name="changed">Names of the fields that this save sets.</param>
    /// <returns>Null when nothing is said against it.</returns>
    /// <exception cref="TriggerException">A trigger threw.</exception>
    public ApiError? Refuse(
        SObject type,
        Record self,
        bool creating,
        IReadOnlyCollection<string> changed,
        WriteOptions options
    )
    {
        foreach (var trigger in org.Setup.Triggers)
        {
            var fires =
                trigger.IsActive && trigger.Object == type.Name && (creating ? trigger.OnCreate : trigger.OnUpdate);
            if (fires && org.Criteria.Hold(type, trigger.When, self))
                throw new TriggerException(Thrown(trigger, creating));
        }

        foreach (var rule in org.Setup.ValidationRules)
        {
            if (rule.IsActive && rule.Object == type.Name && org.Criteria.Hold(type, rule.ErrorWhen, self))
            {
                return new("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.Message, rule.Field is null ? [] : [rule.Field]);
            }
        }

        return Duplicates.Refuse(org, type, self, creating, changed, options);
    }

    /// <summary>The owner that an assignment rule gives; null leaves it as it is.</summary>
    public string? Assign(SObject type, Record self, bool creating, AutoAssign autoAssign)
    {
        if (!autoAssign.Runs)
            return null;
        // Naming a rule works on create only.
        var named = creating && autoAssign.RuleId is not null;
        foreach (var (i, rule) in org.AssignmentRules.Index())
        {
            if (rule.Object != type.Name)
                continue;
            if (named ? RecordId.Make("01Q", org.Pod, i + 1) != autoAssign.RuleId : !rule.IsActive)
                continue;
            var entry = rule.Entries.FirstOrDefault(entry => org.Criteria.Hold(type, entry.When, self));
            return entry is null ? null : org.FindOwner(entry.AssignTo);
        }

        return null;
    }

    /// <summary>What the org's automation sets on saving, one after the other.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Automate(SObject type, Record self, bool creating) =>
        from flow in org.Setup.Flows
        where flow.IsActive && flow.Object == type.Name
        where creating ? flow.OnCreate : flow.OnUpdate
        where org.Criteria.Hold(type, flow.When, self)
        from set in flow.Sets
        select KeyValuePair.Create(set.Key, (object?)(set.Key == "OwnerId" ? org.FindOwner(set.Value) : set.Value));

    private static ApiError Thrown(Trigger trigger, bool creating) =>
        new(
            trigger.Code,
            $"{trigger.Name}: execution of {(creating ? "BeforeInsert" : "BeforeUpdate")} caused by: {trigger.Throws} Trigger.{trigger.Name}: line 7, column 1",
            []
        );
}
